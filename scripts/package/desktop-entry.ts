/** How Fovea appears among a desktop's programs (freedesktop.org's Desktop Entry Specification 1.5). */
import { ASSOCIATIONS } from './associations.ts';
import type { Identity } from './identity.ts';

/** @param program path by which the desktop starts it */
export function desktopEntry(
  { name, productName, description }: Identity,
  program: string,
  associations = ASSOCIATIONS,
): string {
  const types = associations.map(({ mimeType }) => `${mimeType};`).join('');
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${productName}`,
    'GenericName=Attention audit',
    `Comment=${description}`,
    `Exec=${program} %U`,
    `Icon=${name}`,
    'Terminal=false',
    'Categories=Science;ArtificialIntelligence;',
    'Keywords=attention;multimodal;annotation;labels;',
    // As Electron names its windows, by the app's name or by that of this file: for a release they are one.
    `StartupWMClass=${productName.toLowerCase()}`,
    ...(types === '' ? [] : [`MimeType=${types}`]),
    '',
  ].join('\n');
}
