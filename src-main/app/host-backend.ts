/** What a host needs of the backend: the handlers, the pictures, an end. `createBackend` gives it; tests give less. */
import type { RpcServer } from '../rpc/transports/serve.ts';

export interface HostBackend extends RpcServer {
  /**
   * The file and media type of a picture of the open project.
   * @throws FoveaError `not_found` when the project has no such picture or its file is gone
   */
  imageFile(id: number): Promise<PictureFile>;
  dispose(): Promise<void>;
}

export interface PictureFile {
  readonly path: string;
  /** e.g. `image/png`. */
  readonly type: string;
}
