/** What the tensors of an RPN are called, here and in the authors' folders. */

/** A stored name's part that the authors' names end with. */
const THEIRS = /(?:^|\.)(twig_(?:layers|norm|head)\..+)$/;

/** The authors' name of an RPN's tensor. */
export function theirName(name: string): string {
  const found = THEIRS.exec(name)?.[1] ?? name;
  return found.startsWith('twig_head') ? found : `model.${found}`;
}
