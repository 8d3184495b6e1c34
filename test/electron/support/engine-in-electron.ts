/** Loaded into the relayed backend: what it forks runs in Electron as Node, as in the product. */
process.execPath = process.env.FOVEA_ELECTRON!;
process.env.ELECTRON_RUN_AS_NODE = '1';
