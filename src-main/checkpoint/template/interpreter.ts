/**
 * Chat templates as Jinja2 renders them. The JavaScript library differs from it in places that it does not report: what
 * is small and exact is done here as in Python (printing, comparing, strip, trim, length, names set in a loop), and what
 * differs otherwise is an error that names it, raised only where a template comes by it. A template is tried when its
 * folder is opened, so that nobody learns of it from a prompt.
 */
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import { differs, TooMuch } from './error.ts';
import { TEMPLATE_LIMITS, type TemplateLimits, TemplateMeter } from './limits.ts';
import type { Node, Value } from './nodes.ts';
import { held, withPrints } from './nodes.ts';
import { checkFilter, checkMethod, checkSource, checkTest } from './rules.ts';
import { isSimple, print, stripped } from './rules.ts';

/** Variables of a template, or of a loop in it, as far as they are touched. */
interface Scope {
  readonly variables: Map<string, unknown>;
  set(name: string, value: unknown): unknown;
}
/** The library's classes; its own declarations name files that are not found. */
const LibraryScope = Environment as unknown as new () => Scope;
const LibraryInterpreter = Interpreter as unknown as new (scope: Scope) => {
  evaluate(node: Node | undefined, scope: Scope): Value;
};

/** Templates that have been parsed: the same one asks every question. */
const parsed = new Map<string, Node>();
const MAX_PARSED = 8;

/**
 * @param text Jinja source
 * @throws NotRendered naming what would come out otherwise than in Jinja2; TooMuch naming the limit that it passes; Error
 *   with what the template complains of
 */
export function renderTemplate(
  text: string,
  variables: Readonly<Record<string, unknown>>,
  limits: TemplateLimits = TEMPLATE_LIMITS,
): string {
  if (text.length > limits.source) throw new TooMuch(`is longer than ${limits.source} characters`);
  const meter = new TemplateMeter(limits);
  const environment = new LibraryScope();
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null };
  for (const [name, value] of Object.entries({ ...constants, ...variables })) environment.set(name, value);
  environment.set('range', (first: number, second?: number, step?: number) =>
    range(meter, first, second, step),
  );
  environment.set('raise_exception', (message: unknown) => {
    throw new Error(String(message));
  });
  environment.set('strftime_now', () => differs('strftime_now, which makes the prompt depend on the date'));
  return String(new PythonInterpreter(environment, meter).value(programOf(text), environment).value);
}

function programOf(text: string): Node {
  // Jinja2 reads every line end as one.
  const source = text.replace(/\r\n?/g, '\n');
  const known = parsed.get(source);
  if (known) return known;
  checkSource(source);
  const program = withPrints(new Template(source).parsed as Node);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(source, program);
  return program;
}

function range(meter: TemplateMeter, first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (![start, stop, step].every(Number.isInteger) || step === 0) differs('range of these numbers');
  meter.items(Math.ceil(((stop ?? 0) - (start ?? 0)) / step));
  const list: number[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) list.push(i);
  return list;
}

/** Fields of `loop` that the library has. */
const LOOP = /^(index0?|revindex0?|first|last|length|previtem|nextitem)$/;
const REFUSED: Readonly<Record<string, string>> = {
  Macro: 'a macro',
  CallStatement: 'a call block',
  FilterStatement: 'a filter block',
};

class PythonInterpreter extends LibraryInterpreter {
  readonly #meter: TemplateMeter;

  constructor(scope: Scope, meter: TemplateMeter) {
    super(scope);
    this.#meter = meter;
  }

  override evaluate(node: Node | undefined, scope: Scope): Value {
    return this.value(node, scope);
  }

  value(node: Node | undefined, scope: Scope): Value {
    this.#meter.step();
    return this.#meter.made(this.#value(node, scope));
  }

  #value(node: Node | undefined, scope: Scope): Value {
    switch (node?.type) {
      case 'FoveaHeld':
        return node.held as Value;
      case 'FoveaPrint':
        return this.#make(print(this.value(node.expression, scope)), scope);
      case 'FoveaFresh':
        for (const name of scope.variables.keys())
          if (!node.keep?.includes(name)) scope.variables.delete(name);
        return this.#make('', scope);
      case 'FilterExpression':
        return this.#filter(node, scope);
      case 'CallExpression':
        return this.#call(node, scope);
      case 'MemberExpression':
        return this.#member(node, scope);
      case 'BinaryExpression':
        return this.#binary(node, scope);
      case 'TestExpression': {
        const operand = this.value(node.operand, scope);
        checkTest(String(node.test?.value), operand);
        return this.#library({ ...node, operand: held(operand) }, scope);
      }
    }
    const refused = REFUSED[node?.type ?? ''];
    return refused === undefined ? this.#library(node, scope) : differs(refused);
  }

  #library(node: Node | undefined, scope: Scope): Value {
    return super.evaluate(node, scope);
  }

  /** A value of the library's own kind. */
  #make(value: string | number | boolean, scope: Scope): Value {
    if (typeof value === 'boolean') return this.#library({ type: 'Identifier', value: String(value) }, scope);
    return this.#library(
      { type: typeof value === 'string' ? 'StringLiteral' : 'IntegerLiteral', value },
      scope,
    );
  }

  #filter(node: Node, scope: Scope): Value {
    const operand = this.value(node.operand, scope);
    const call = node.filter?.type === 'CallExpression';
    const name = String((call ? node.filter?.callee : node.filter)?.value);
    const written = (call ? node.filter?.args : undefined) ?? [];
    checkFilter(name, written, operand);
    const sizes = name === 'replace' || name === 'join';
    const args = sizes ? this.#given(written, scope) : written;
    if (sizes) this.#checkSize(name, operand, args);
    if (operand.type === 'StringValue' && args.length === 0) {
      const text = String(operand.value);
      if (name === 'trim') return this.#make(stripped(text, 'strip', null), scope);
      if (name === 'length' || name === 'count') return this.#make([...text].length, scope);
    }
    const filter = node.filter && call ? { ...node.filter, args } : node.filter;
    return this.#library({ ...node, operand: held(operand), ...(filter ? { filter } : {}) }, scope);
  }

  #call(node: Node, scope: Scope): Value {
    const { callee } = node;
    if (callee?.type !== 'MemberExpression') return this.#library(node, scope);
    if (callee.computed) differs('a call of something computed');
    const object = this.value(callee.object, scope);
    const name = String(callee.property?.value);
    checkMethod(name, node.args ?? [], object);
    const args = this.#given(node.args ?? [], scope);
    this.#checkSize(name, object, args);
    if (object.type === 'StringValue' && (name === 'strip' || name === 'lstrip' || name === 'rstrip')) {
      const chars = args[0] === undefined ? null : this.value(args[0], scope);
      if (args.length > 1 || !/^(String|Null)Value$/.test(chars?.type ?? 'NullValue'))
        differs(`such a ${name}`);
      return this.#make(stripped(String(object.value), name, (chars?.value ?? null) as string | null), scope);
    }
    // A method of the library's is a field of the object.
    const method = this.#library({ ...callee, object: held(object) }, scope);
    return this.#library({ ...node, args, callee: held(method) }, scope);
  }

  #member(node: Node, scope: Scope): Value {
    const object = this.value(node.object, scope);
    const field = String(node.property?.value);
    if (object.type === 'UndefinedValue') differs('a part of something undefined');
    if (node.object?.type === 'Identifier' && node.object.value === 'loop' && !LOOP.test(field)) {
      differs(`loop.${field}`);
    }
    const plain = !node.computed && node.property?.type === 'Identifier';
    // In Python it is a method or nothing; the library has `length` and methods of its own there.
    if (plain && /^(String|Array|Tuple)Value$/.test(object.type)) differs(`.${field} of a text or a list`);
    const one = node.computed && node.property?.type !== 'SliceExpression';
    if (one && object.type === 'StringValue' && /[\ud800-\udfff]/.test(String(object.value))) {
      differs('a character of a text with characters beyond U+FFFF');
    }
    return this.#library({ ...node, object: held(object) }, scope);
  }

  #binary(node: Node, scope: Scope): Value {
    const operator = node.operator?.value ?? '';
    if (operator === 'and' || operator === 'or') return this.#library(node, scope);
    const left = this.value(node.left, scope);
    const right = this.value(node.right, scope);
    const texts = [left, right].filter(({ type }) => type === 'StringValue').length;
    if (operator === '==' || operator === '!=') {
      return this.#make(equal(left, right) === (operator === '=='), scope);
    }
    if (operator === '+' || operator === '~') this.#sum(left, right);
    if (operator === '~') return this.#make(print(left) + print(right), scope);
    if (operator === '+' && texts === 1) differs('a text + something else');
    if (/^(%|\/\/?)$/.test(operator) && Number(right.value) === 0) differs('a division by zero');
    if (operator === '%' && (Number(left.value) < 0 || Number(right.value) < 0))
      differs('% of negative numbers');
    if (/in$/.test(operator) && /^(Array|Tuple)Value$/.test(right.type)) {
      const member = (right.value as Value[]).some((item) => equal(left, item));
      return this.#make(member === (operator === 'in'), scope);
    }
    return this.#library({ ...node, left: held(left), right: held(right) }, scope);
  }

  /** Positional arguments as the values they are: they are evaluated once, and looked at before they are used. */
  #given(args: readonly Node[], scope: Scope): readonly Node[] {
    return args.map((arg) =>
      /^(KeywordArgument|Spread)Expression$/.test(arg.type) ? arg : held(this.value(arg, scope)),
    );
  }

  /** What is put together here can be as large as its parts multiplied. */
  #checkSize(name: string, operand: Value, args: readonly Node[]): void {
    const [first = '', second = ''] = args.map(({ held: value }) => textOf(value));
    if (name === 'replace') this.#meter.replaced(textOf(operand), first, second);
    if (name === 'join' && Array.isArray(operand.value)) this.#meter.joined(operand.value as Value[], first);
  }

  #sum(left: Value, right: Value): void {
    if (Array.isArray(left.value) && Array.isArray(right.value)) {
      this.#meter.items(left.value.length + right.value.length);
    } else this.#meter.chars(textOf(left).length + textOf(right).length);
  }
}

const textOf = (value: Value | undefined): string =>
  value?.type === 'StringValue' ? String(value.value) : '';

/** As Python compares. */
function equal(a: Value, b: Value): boolean {
  if (!isSimple(a) || !isSimple(b)) return differs('a comparison of lists or objects');
  const kind = ({ type }: Value): string => (/^(Integer|Float|Boolean)/.test(type) ? 'number' : type);
  if (kind(a) !== kind(b)) return false;
  return kind(a) === 'number' ? Number(a.value) === Number(b.value) : a.value === b.value;
}
