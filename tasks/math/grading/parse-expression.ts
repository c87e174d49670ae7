// Reads a formula, in LaTeX or as people type it, from its tokens.

import { parseRational } from '../rational.ts';
import type { Expression, FunctionName } from './expression.ts';
import { functionNames } from './expression.ts';
import type { Token } from './tokens.ts';

/** The formula that all the tokens together write; null where they write none. */
export function parseExpression(tokens: readonly Token[]): Expression | null {
  try {
    return new Reader(tokens).whole();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

const DEEPEST_NESTING = 100;
const TIMES = new Set(['cdot', 'times', 'ast']);
const CALLS: ReadonlySet<string> = new Set(functionNames.slice(0, functionNames.indexOf('absolute')));
const INVERSES: Readonly<Record<string, FunctionName>> = { sin: 'arcsin', cos: 'arccos', tan: 'arctan' };
const GREEK = new Set(
  (
    'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi rho sigma tau phi varphi chi psi ' +
    'omega Gamma Delta Theta Lambda Sigma Phi Psi Omega ell'
  ).split(' '),
);

class Reader {
  private readonly tokens: Token[];
  private at = 0;
  private depth = 0;
  private openBars = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = [...tokens];
  }

  whole(): Expression {
    const expression = this.sum();
    if (this.at < this.tokens.length) throw new Unreadable();
    return expression;
  }

  private sum(): Expression {
    if (++this.depth > DEEPEST_NESTING) throw new Unreadable();
    let terms = [this.startsWithEither() ? number('0') : this.product()];
    for (;;) {
      if (this.take('sign', '+')) terms.push(this.product());
      else if (this.take('sign', '-')) terms.push({ kind: 'negative', of: this.product() });
      else if (this.startsWithEither()) {
        const sign = this.next().text === 'pm' ? 1 : -1;
        terms = [{ kind: 'either', first: sumOf(terms), second: this.product(), sign }];
      } else break;
    }
    this.depth -= 1;
    return sumOf(terms);
  }

  private startsWithEither(): boolean {
    return this.isNext('command', 'pm') || this.isNext('command', 'mp');
  }

  private product(): Expression {
    let result = this.signed();
    for (;;) {
      if (this.takesTimes()) result = times(result, this.signed());
      else if (this.take('sign', '/') || this.take('command', 'div') || this.take('sign', ':'))
        result = { kind: 'quotient', top: result, bottom: this.signed() };
      else if (this.startsFactor()) result = times(result, this.power());
      else return result;
    }
  }

  private takesTimes(): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'command' || !TIMES.has(token.text)) return this.take('sign', '*');
    this.at += 1;
    return true;
  }

  private signed(): Expression {
    if (this.take('sign', '+')) return this.signed();
    return this.take('sign', '-') ? { kind: 'negative', of: this.signed() } : this.power();
  }

  /** Whether the next token can stand right after a factor as another one. A number after a number cannot. */
  private startsFactor(): boolean {
    const token = this.tokens[this.at];
    if (token === undefined || token.kind === 'word') return false;
    if (token.kind === 'letter') return true;
    if (token.kind === 'number') return this.tokens[this.at - 1]?.kind !== 'number';
    if (token.kind === 'sign') return '([{'.includes(token.text) || (token.text === '|' && this.openBars === 0);
    return ['frac', 'sqrt', 'pi', 'binom', 'lfloor', 'lceil', 'infty'].includes(token.text) || isNamed(token.text);
  }

  private power(): Expression {
    let result = this.atom();
    for (;;) {
      if (this.take('sign', '^')) result = { kind: 'power', base: result, exponent: this.argument('number') };
      else if (this.take('sign', '*') && this.take('sign', '*'))
        result = { kind: 'power', base: result, exponent: this.signed() };
      else if (this.take('sign', '!')) result = call('factorial', result);
      else if (this.take('command', 'degrees')) result = { kind: 'degrees', of: result };
      else return result;
    }
  }

  private atom(): Expression {
    const token = this.next();
    switch (token.kind) {
      case 'number':
        return this.numeral(token);
      case 'letter':
        return this.letter(token.text);
      case 'command':
        return this.command(token.text);
      case 'sign':
        return this.bracketed(token.text);
      case 'word':
        throw new Unreadable();
    }
  }

  private numeral(token: Token): Expression {
    if (this.take('sign', '_')) return { kind: 'numeral', digits: token.text, base: this.subscript() };
    const whole = number(token.text);
    const part = token.text.includes('.') ? null : this.fractionAfter();
    return part === null ? whole : { kind: 'sum', terms: [whole, part] };
  }

  /** The fraction of a mixed number: `\frac{1}{2}` or, after a blank, `1/2`. */
  private fractionAfter(): Expression | null {
    const start = this.at;
    if (this.take('command', 'frac')) {
      const [top, bottom] = [this.argument('digit'), this.argument('digit')];
      if (isWhole(top) && isWhole(bottom) && !this.isNext('sign', '^')) return { kind: 'quotient', top, bottom };
    } else if (this.tokens[this.at]?.spaced === true) {
      const [top, slash, bottom] = this.tokens.slice(this.at, this.at + 3);
      if (top?.kind === 'number' && slash?.text === '/' && bottom?.kind === 'number') {
        this.at += 3;
        return { kind: 'quotient', top: number(top.text), bottom: number(bottom.text) };
      }
    }
    this.at = start;
    return null;
  }

  private letter(name: string): Expression {
    let full = name;
    while (this.take('sign', "'")) full += "'";
    if (this.take('sign', '_')) full += `_${this.subscript()}`;
    if (full === 'e' || full === 'i') return { kind: 'constant', name: full };
    return { kind: 'variable', name: full + this.calledWith() };
  }

  /** `(0)` of `f(0)`: a function at a number is a quantity of its own, not a product. */
  private calledWith(): string {
    const [open, inside, close] = this.tokens.slice(this.at, this.at + 3);
    if (open?.text !== '(' || open.spaced || inside?.kind !== 'number' || close?.text !== ')') return '';
    this.at += 3;
    return `(${inside.text})`;
  }

  private subscript(): string {
    const start = this.at;
    this.argument('number', true);
    return this.tokens
      .slice(start, this.at)
      .map(({ text }) => text)
      .filter((text) => text !== '{' && text !== '}')
      .join('');
  }

  private command(name: string): Expression {
    if (name === 'pi') return { kind: 'constant', name };
    if (name === 'infty') return { kind: 'infinity' };
    if (name === 'frac') return { kind: 'quotient', top: this.argument('digit'), bottom: this.argument('digit') };
    if (name === 'binom') return call('binomial', this.argument('digit'), this.argument('digit'));
    if (name === 'sqrt') return this.root();
    if (name === 'lfloor') return call('floor', this.until('command', 'rfloor'));
    if (name === 'lceil') return call('ceiling', this.until('command', 'rceil'));
    if (CALLS.has(name)) return this.functionCall(name as FunctionName);
    if (GREEK.has(name)) return this.letter(name);
    throw new Unreadable();
  }

  private root(): Expression {
    const degree = this.take('sign', '[') ? this.until('sign', ']') : number('2');
    return { kind: 'root', degree, of: this.argument('number') };
  }

  private functionCall(name: FunctionName): Expression {
    const base = name === 'log' && this.take('sign', '_') ? [this.argument('number')] : [];
    const exponent = this.take('sign', '^') ? this.argument('number') : null;
    const inverse = exponent?.kind === 'negative' && isWhole(exponent.of, 1n) ? INVERSES[name] : undefined;
    const of = this.isNext('sign', '(') || this.isNext('sign', '{') ? this.atom() : this.bareArgument();
    const value = call(inverse ?? name, of, ...base);
    return exponent === null || inverse !== undefined ? value : { kind: 'power', base: value, exponent };
  }

  /** What a function without brackets applies to: `2x` of `\sin 2x`, up to a sign or the next function. */
  private bareArgument(): Expression {
    let result = this.signed();
    while (this.startsFactor() && !this.isNext('sign', '(') && !CALLS.has(this.tokens[this.at]?.text ?? ''))
      result = times(result, this.power());
    if (result.kind !== 'degrees' && this.take('sign', '/'))
      return { kind: 'quotient', top: result, bottom: this.power() };
    return result;
  }

  private bracketed(open: string): Expression {
    if (open === '(') return this.until('sign', ')');
    if (open === '[') return this.until('sign', ']');
    if (open === '{') return this.until('sign', '}');
    if (open !== '|') throw new Unreadable();
    this.openBars += 1;
    const inside = this.sum();
    this.openBars -= 1;
    if (!this.take('sign', '|')) throw new Unreadable();
    return call('absolute', inside);
  }

  private until(kind: Token['kind'], close: string): Expression {
    const bars = this.openBars;
    this.openBars = 0;
    const inside = this.sum();
    this.openBars = bars;
    if (!this.take(kind, close)) throw new Unreadable();
    return inside;
  }

  /** A group in braces, or one token. Of a number LaTeX takes one digit, which people mean in fractions alone. */
  private argument(unit: 'digit' | 'number', anyWord = false): Expression {
    const token = this.next();
    if (token.kind === 'sign' && token.text === '-') return { kind: 'negative', of: this.argument(unit) };
    if (token.kind === 'number') {
      if (unit === 'number' || token.text.length === 1) return number(token.text);
      const digit = { ...token, text: token.text.charAt(0) };
      this.tokens.splice(this.at - 1, 1, digit, { ...token, text: token.text.slice(1), spaced: false });
      return number(digit.text);
    }
    if (token.kind === 'word' && anyWord) return { kind: 'variable', name: token.text };
    this.at -= 1;
    return this.atom();
  }

  private next(): Token {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Unreadable();
    return token;
  }

  private isNext(kind: Token['kind'], text: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === kind && token.text === text;
  }

  private take(kind: Token['kind'], text: string): boolean {
    const taken = this.isNext(kind, text);
    if (taken) this.at += 1;
    return taken;
  }
}

function isNamed(command: string): boolean {
  return CALLS.has(command) || GREEK.has(command);
}

function isWhole(expression: Expression, wanted?: bigint): boolean {
  if (expression.kind !== 'number' || expression.places > 0) return false;
  return wanted === undefined || expression.value.numerator === wanted;
}

function number(text: string): Expression {
  const value = parseRational(text);
  if (value === null) throw new Unreadable();
  const [digits = '', exponent = '0'] = text.split(/e/i);
  return { kind: 'number', value, places: Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent)) };
}

function call(name: FunctionName, ...of: readonly Expression[]): Expression {
  return { kind: 'call', name, of };
}

function times(a: Expression, b: Expression): Expression {
  return { kind: 'product', factors: a.kind === 'product' ? [...a.factors, b] : [a, b] };
}

function sumOf(terms: readonly Expression[]): Expression {
  const [only] = terms;
  return terms.length === 1 && only !== undefined ? only : { kind: 'sum', terms };
}
