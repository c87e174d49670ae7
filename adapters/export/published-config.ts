// What an export tells of the configuration that it was made by: all of it but where things lay and who served them.

import type { CampaignConfig } from '../../contracts/campaign.ts';
import type { TrainerConfig } from '../../contracts/trainers.ts';

/** Files and folders by their last names, no address of a server or store, of an environment the names alone. */
export function publishedConfig(config: CampaignConfig): object {
  const { store, student } = config;
  return {
    ...(withoutPlaces(config) as object),
    store: { kind: store.kind },
    ...(student === undefined ? {} : { student: publishedStudent(student) }),
  };
}

/** The last name of a file or folder that is given by its whole path, also behind the `=` of an argument; other texts as they are. */
export function withoutFolders(text: string): string {
  return text.replace(/^([^/\\=]*=)?(?:[A-Za-z]:)?[\\/].*?([^\\/]+)[\\/]*$/s, '$1$2');
}

function publishedStudent(student: TrainerConfig): object {
  const published = withoutPlaces(student) as object;
  return 'environment' in student ? { ...published, environment: Object.keys(student.environment) } : published;
}

/** Names of columns, and the values that rows are chosen by. */
const COLUMNS: readonly string[] = ['map', 'where'];

function withoutPlaces(value: unknown): unknown {
  if (typeof value === 'string') return withoutFolders(value).replace(/\b([a-z][a-z\d+.-]*:\/\/)\S+/gi, '$1...');
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, part]) => name !== 'url' || part === 'embedded');
  return Object.fromEntries(kept.map(([name, part]) => [name, COLUMNS.includes(name) ? part : withoutPlaces(part)]));
}
