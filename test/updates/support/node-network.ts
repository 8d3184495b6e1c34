/** electron-builder's network for Node, with the `download` that electron-updater has in its network for Electron. */
import { NodeHttpExecutor } from 'builder-util';
import {
  configureRequestOptions,
  configureRequestUrl,
  type CancellationToken,
  type DownloadOptions,
} from 'builder-util-runtime';

export class NodeNetwork extends NodeHttpExecutor {
  /** As `ElectronHttpExecutor.download` (electron-updater 6.8.10). */
  download(url: URL, destination: string, options: DownloadOptions): Promise<string> {
    const { cancellationToken } = options as { cancellationToken: CancellationToken };
    return cancellationToken.createPromise<string>((resolve, reject, onCancel) => {
      const request = { headers: options.headers ?? undefined };
      configureRequestUrl(url, request);
      configureRequestOptions(request);
      this.doDownload(
        request,
        {
          destination,
          options,
          onCancel,
          callback: (error) => (error ? reject(error) : resolve(destination)),
          responseHandler: null,
        },
        0,
      );
    });
  }
}
