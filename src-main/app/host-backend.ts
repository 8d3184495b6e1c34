/** What a host needs of the backend. `createBackend` gives it and more; tests give just this. */
import type { Backend } from '../rpc/backend.ts';

export type HostBackend = Pick<Backend, 'call' | 'subscribe' | 'imageFile' | 'download' | 'dispose'>;
