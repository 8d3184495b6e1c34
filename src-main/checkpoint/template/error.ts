/** A template does something that would come out otherwise than in Jinja2; the message says what. */
export class NotRendered extends Error {}

/** @throws NotRendered */
export function differs(what: string): never {
  throw new NotRendered(what);
}

/** A template does more than any prompt takes; the message says which limit it passed. */
export class TooMuch extends Error {}
