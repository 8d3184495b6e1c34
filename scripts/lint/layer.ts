/** What a layer is, and how one is cut into folders. */

export interface Layer {
  readonly name: string;
  /** Path prefix from the repository root; the longest matching prefix decides a file's layer. */
  readonly path: string;
  /** Names of the layers this one may import besides itself. */
  readonly imports: readonly string[];
}

export interface Cut {
  /**
   * The files that lie beside the folders: what all of them stand on, or what puts them together. Below, every folder may
   * import them; above, they may import every folder.
   */
  readonly beside: 'below' | 'above';
  /** Folder → the folders it may import, with why. */
  readonly folders: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The layer of what lies beside the folders, and one for each folder, named `layer/folder`. */
export function inFolders(layer: Layer, { beside, folders }: Cut): Layer[] {
  const named = (folder: string): string => `${layer.name}/${folder}`;
  const all = Object.keys(folders).map(named);
  return [
    { ...layer, imports: beside === 'above' ? [...layer.imports, ...all] : layer.imports },
    ...Object.entries(folders).map(([folder, others]) => ({
      name: named(folder),
      path: `${layer.path}${folder}/`,
      imports: [
        ...layer.imports,
        ...(beside === 'below' ? [layer.name] : []),
        ...Object.keys(others).map(named),
      ],
    })),
  ];
}
