/** Which names of a file are the browser's: values and types of the DOM that Node does not have. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Node has them by now, for other ends. */
const ALSO_THE_PAGE = ['navigator', 'localStorage', 'sessionStorage', 'Storage'];

let known: ReadonlySet<string> | null = null;

function domNames(): ReadonlySet<string> {
  if (known) return known;
  const lib = join(dirname(createRequire(import.meta.url).resolve('typescript')), 'lib.dom.d.ts');
  const declared = readFileSync(lib, 'utf8').matchAll(/^(?:declare (?:var|function)|interface|type) (\w+)/gm);
  const names = [...declared].map((match) => match[1]!).filter((name) => !(name in globalThis));
  return (known = new Set([...names, ...ALSO_THE_PAGE]));
}

/** The first name in TypeScript that only the DOM declares, or null. A name that the file declares itself is its own. */
export function domNameIn(text: string): string | null {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const own = new Set<string>();
  const used: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclared(node)) own.add(node.text);
      else if (!isProperty(node)) used.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return used.find((name) => !own.has(name) && domNames().has(name)) ?? null;
}

/** `const x`, `import { x }`, `(x) =>`, `class x`, `type x`. */
function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) return false;
  if (ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent)) return false;
  return 'name' in parent && parent.name === node && !ts.isPropertyAccessExpression(parent);
}

/** `_.x`, `{ x: _ }`, `{ x: y } = _`: names within something else. */
function isProperty(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent)) return parent.propertyName === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) return parent.name === node;
  return ts.isPropertyDeclaration(parent) && parent.name === node;
}
