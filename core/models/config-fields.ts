// Reading single fields of a config.json, and refusing what is not supported.
import { PermanentError } from '../../contracts/failures.ts';

/** A parsed JSON object whose fields nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws {PermanentError} `UnsupportedModel` unless the field, or `otherwise` in its absence, is a number above 0 */
export function positive(fields: Fields, name: string, source: string, otherwise?: number): number {
  const value = fields[name] ?? otherwise;
  if (typeof value === 'number' && value > 0) return value;
  throw refused(source, `${name} must be a number above 0, found ${JSON.stringify(fields[name])}`);
}

export function refused(source: string, what: string): PermanentError {
  return new PermanentError('UnsupportedModel', `${source}: ${what}`);
}
