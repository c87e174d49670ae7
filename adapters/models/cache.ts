// Where models lie on this machine: one folder per model under the cache folder.

import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** `$DIFFRACT_CACHE`, else `$XDG_CACHE_HOME/diffract`, else `~/.cache/diffract`. */
export function cacheFolder(environment: Environment = process.env): string {
  const own = environment['DIFFRACT_CACHE'];
  if (own) return own;
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'diffract');
}

/** The folder of the model `name`; it need not exist. */
export function modelFolder(name: string, environment: Environment = process.env): string {
  return join(cacheFolder(environment), 'models', name);
}
