// Keys are named in campaign files and stand in the environment alone.

import type { ModelServer } from '../../contracts/campaign.ts';
import { FailureType, PermanentError } from '../../contracts/failures.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The key of a server, undefined where it names none.
 * @throws {PermanentError} `InvalidConfig` when its variable is not set, or when what stands there names none
 */
export function readApiKey({ url, apiKey }: ModelServer, environment: Environment): string | undefined {
  if (apiKey === undefined) return undefined;
  const where = `apiKey of the server ${url}`;
  const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(apiKey)?.[1];
  if (name === undefined) {
    // What stands there may be the key itself, so it is not shown.
    const expected = 'must name an environment variable, as in env:OPENAI_API_KEY; found something else';
    throw new PermanentError(FailureType.InvalidConfig, `${where} ${expected}. Put the key into a variable.`);
  }
  const key = environment[name]?.trim();
  if (key && /^[\x21-\x7e]+$/.test(key)) return key;
  const found = key ? 'holds characters that no key has' : 'is not set';
  throw new PermanentError(
    FailureType.InvalidConfig,
    `${where} names the environment variable ${name}, which ${found}. Set it where the workers run, and start them anew.`,
  );
}
