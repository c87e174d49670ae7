// The words of the out-of-distribution slices. No content word here occurs in a training slice.

import type { Kind, Verb } from './lexicon.ts';

export const names: readonly string[] =
  'Omar Priya Hugo Keiko Ivan Fatima Diego Ingrid Kofi Mei Rafael Leila Stefan Amara Yusuf Noor Bjorn Chloe Tariq Zofia'.split(
    ' ',
  );

export const workers: readonly string[] =
  'pilot diver mechanic sailor chemist barber carpenter editor magician referee astronaut sculptor'.split(' ');

/** What befalls one person. */
export const mishaps: readonly Verb[] = [
  { base: 'sneeze', past: 'sneezed' },
  { base: 'yawn', past: 'yawned' },
  { base: 'stumble', past: 'stumbled' },
  { base: 'resign', past: 'resigned' },
  { base: 'faint', past: 'fainted' },
  { base: 'blush', past: 'blushed' },
  { base: 'cough', past: 'coughed' },
  { base: 'hesitate', past: 'hesitated' },
  { base: 'apologise', past: 'apologised' },
];

/** Chores with a result. */
export const chores: readonly Verb[] = [
  { base: 'repair the radio', past: 'repaired the radio' },
  { base: 'mow the lawn', past: 'mowed the lawn' },
  { base: 'sign the contract', past: 'signed the contract' },
  { base: 'post the parcel', past: 'posted the parcel' },
  { base: 'iron the shirts', past: 'ironed the shirts' },
  { base: 'renew the passport', past: 'renewed the passport' },
  { base: 'water the orchids', past: 'watered the orchids' },
  { base: 'sharpen the knives', past: 'sharpened the knives' },
  { base: 'pay the invoice', past: 'paid the invoice' },
  { base: 'sweep the terrace', past: 'swept the terrace' },
  { base: 'polish the trophy', past: 'polished the trophy' },
  { base: 'unload the wagon', past: 'unloaded the wagon' },
  { base: 'translate the manual', past: 'translated the manual' },
];

/** What one person can feel for or do about another; past tense and participle are the same word. */
export const regards: readonly string[] =
  'trusted avoided imitated contacted rescued mentioned recognised consulted'.split(' ');

export const settings: readonly string[] = [
  'in March',
  'in April',
  'in October',
  'in November',
  'during the storm',
  'during the strike',
  'at the harbour',
  'at the airport',
  'at the border',
  'in Lisbon',
  'in Nairobi',
  'despite the fog',
];

/** Small things that fill a container. */
export const wares: readonly string[] =
  'marble button lantern envelope ribbon tile coin shell magnet badge pebble token peg spool'.split(' ');

export const containers: readonly string[] = [
  'in the jar',
  'in the drawer',
  'in the basket',
  'in the attic',
  'in the suitcase',
  'in the cupboard',
  'in the crate',
  'in the cellar',
  'in the chest',
  'in the barrel',
  'on the tray',
];

/** What a thing can be. */
export const conditions: readonly string[] =
  'striped cracked wooden damp rusty dusty scratched golden round broken transparent magnetic hollow'.split(' ');

/** Things that hang somewhere. */
export const furnishings: readonly string[] =
  'lamp clock mirror banner tapestry portrait thermometer calendar shield mask poster pendulum sign flag wreath plaque chandelier hammock'.split(
    ' ',
  );

/** Buildings and works with a year of completion. */
export const buildings: readonly string[] =
  'museum castle lighthouse bridge cathedral stadium theatre windmill aqueduct fortress observatory chapel granary'.split(
    ' ',
  );

/** Things that change hands. */
export const goods: readonly string[] =
  'compass kettle carpet saddle microscope typewriter necklace harness ladder barometer'.split(' ');

/** Kinds of things, narrow under wide. */
export const kinds: readonly Kind[] = [
  ...family('insect', 'beetle wasp moth cricket'),
  ...family('reptile', 'lizard turtle crocodile gecko'),
  ...family('jewel', 'ruby sapphire diamond opal'),
  ...family('weapon', 'sword dagger spear crossbow'),
  ...family('toy', 'puppet kite doll yo-yo'),
  ...family('instrument', 'trumpet cello harp banjo'),
];

function family(word: string, members: string): readonly Kind[] {
  const leaves = members.split(' ').map((leaf) => ({ word: leaf, plural: pluralOf(leaf), parent: word }));
  return [{ word, plural: pluralOf(word) }, ...leaves];
}

function pluralOf(word: string): string {
  return word.endsWith('y') && !/[aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
