// The words of the training slices, by semantic class. The slices named ood-* have a lexicon of their own, and share no content word with this one.

export interface Verb {
  readonly base: string;
  readonly past: string;
}

/** A node of the taxonomy; every kind is a kind of its parent. */
export interface Kind {
  readonly word: string;
  readonly plural: string;
  readonly parent?: string;
}

export const names: readonly string[] =
  'Anna Tom Eva Paul Maria James Laura Peter Sophie Mark Julia Simon Clara David Nina Robert'.split(' ');

/** Plural: the singular with an s. */
export const people: readonly string[] = (
  'nurse teacher lawyer student farmer painter dancer waiter plumber banker tailor gardener baker guard actor judge ' +
  'soldier clerk'
).split(' ');

/** What one person can do, once; each act is independent of the others. */
export const acts: readonly Verb[] = [
  { base: 'wave', past: 'waved' },
  { base: 'smile', past: 'smiled' },
  { base: 'dance', past: 'danced' },
  { base: 'sing', past: 'sang' },
  { base: 'laugh', past: 'laughed' },
  { base: 'arrive late', past: 'arrived late' },
  { base: 'cry', past: 'cried' },
  { base: 'wash the dishes', past: 'washed the dishes' },
  { base: 'read the letter', past: 'read the letter' },
  { base: 'order a pizza', past: 'ordered a pizza' },
  { base: 'open the window', past: 'opened the window' },
  { base: 'paint the fence', past: 'painted the fence' },
  { base: 'answer the phone', past: 'answered the phone' },
  { base: 'lock the door', past: 'locked the door' },
  { base: 'write a poem', past: 'wrote a poem' },
  { base: 'clean the kitchen', past: 'cleaned the kitchen' },
  { base: 'cook dinner', past: 'cooked dinner' },
  { base: 'join the choir', past: 'joined the choir' },
  { base: 'miss the bus', past: 'missed the bus' },
  { base: 'skip breakfast', past: 'skipped breakfast' },
  { base: 'play chess', past: 'played chess' },
  { base: 'drink some tea', past: 'drank some tea' },
];

/** What one person can do to another; past tense and participle are the same word. */
export const dealings: readonly string[] =
  'praised thanked visited followed helped called warned invited hired blamed pushed interviewed teased greeted'.split(
    ' ',
  );

export const times: readonly string[] = [
  'on Monday',
  'on Tuesday',
  'on Wednesday',
  'on Thursday',
  'on Friday',
  'on Saturday',
  'on Sunday',
  'yesterday',
  'last night',
  'last week',
];

export const places: readonly string[] = [
  'in the lobby',
  'in the garden',
  'at the station',
  'on the platform',
  'in the office',
  'at the party',
  'in the hall',
  'at the market',
  'in the library',
  'in the park',
  'at the hotel',
  'in the classroom',
];

export const numbers: readonly string[] =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen'.split(' ');

/** Comparatives with their opposites: `more` of one is `less` of the other. */
export const scales: readonly {
  readonly base: string;
  readonly more: string;
  readonly less: string;
  readonly most: string;
}[] = [
  { base: 'tall', more: 'taller', less: 'shorter', most: 'tallest' },
  { base: 'old', more: 'older', less: 'younger', most: 'oldest' },
  { base: 'fast', more: 'faster', less: 'slower', most: 'fastest' },
  { base: 'heavy', more: 'heavier', less: 'lighter', most: 'heaviest' },
  { base: 'strong', more: 'stronger', less: 'weaker', most: 'strongest' },
  { base: 'rich', more: 'richer', less: 'poorer', most: 'richest' },
  { base: 'loud', more: 'louder', less: 'quieter', most: 'loudest' },
];

/** Happenings that take place once. */
export const events: readonly string[] =
  'concert parade lecture picnic wedding meeting race auction rehearsal ceremony debate exam'.split(' ');

/** Adjectives that narrow any person: a young N is always an N. */
export const traits: readonly string[] = 'young tall famous friendly nervous clever'.split(' ');

/** People by kind: narrow, wide, widest. */
export const professions: readonly Kind[] = [
  ...kinds('person people', 'musician musicians', 'violinist pianist drummer'),
  ...kinds('person people', 'doctor doctors', 'surgeon cardiologist'),
  ...kinds('person people', 'athlete athletes', 'sprinter swimmer boxer'),
  ...kinds('person people', 'writer writers', 'poet novelist'),
  { word: 'person', plural: 'people' },
];

/** Things by kind. No two branches share a member. */
export const things: readonly Kind[] = [
  ...kinds('animal animals', 'dog dogs', 'poodle beagle terrier collie'),
  ...kinds('animal animals', 'cat cats', 'kitten tabby'),
  ...kinds('animal animals', 'bird birds', 'sparrow robin parrot pigeon'),
  ...kinds('plant plants', 'tree trees', 'oak maple birch'),
  ...kinds('plant plants', 'flower flowers', 'rose tulip daffodil'),
  ...kinds('vehicle vehicles', 'car cars', 'sedan taxi'),
  ...kinds('vehicle vehicles', 'boat boats', 'canoe dinghy'),
  ...kinds('vehicle vehicles', 'truck trucks', ''),
  ...kinds('garment garments', 'coat coats', 'raincoat parka'),
  ...kinds('garment garments', 'hat hats', 'bonnet beret'),
  { word: 'animal', plural: 'animals' },
  { word: 'plant', plural: 'plants' },
  { word: 'vehicle', plural: 'vehicles' },
  { word: 'garment', plural: 'garments' },
];

/** What a person can do to any thing, or to a picture of it: no verb changes what the thing is. */
export const encounters: readonly string[] = 'photographed noticed drew described admired found'.split(' ');

/** Verbs by manner: whoever does the first has done the second. */
export const manners: readonly { readonly narrow: string; readonly wide: string; readonly tail: string }[] = [
  { narrow: 'sprinted', wide: 'ran', tail: 'to the station' },
  { narrow: 'jogged', wide: 'ran', tail: 'to the station' },
  { narrow: 'strolled', wide: 'walked', tail: 'through the park' },
  { narrow: 'marched', wide: 'walked', tail: 'through the park' },
  { narrow: 'whispered', wide: 'spoke', tail: 'to the clerk' },
  { narrow: 'shouted', wide: 'spoke', tail: 'to the clerk' },
  { narrow: 'grilled', wide: 'cooked', tail: 'the fish' },
  { narrow: 'fried', wide: 'cooked', tail: 'the fish' },
  { narrow: 'giggled', wide: 'laughed', tail: 'at the joke' },
  { narrow: 'chuckled', wide: 'laughed', tail: 'at the joke' },
];

/** The words under which `word` falls, from narrow to wide. */
export function wider(taxonomy: readonly Kind[], word: string): readonly Kind[] {
  const parent = taxonomy.find((kind) => kind.word === word)?.parent;
  const found = taxonomy.find((kind) => kind.word === parent);
  return found ? [found, ...wider(taxonomy, found.word)] : [];
}

/** The words that fall under `word`. */
export function narrower(taxonomy: readonly Kind[], word: string): readonly Kind[] {
  return taxonomy.filter((kind) => wider(taxonomy, kind.word).some((above) => above.word === word));
}

function kinds(root: string, middle: string, leaves: string): Kind[] {
  const [top = ''] = root.split(' ');
  const [word = '', plural = ''] = middle.split(' ');
  const members = leaves.split(' ').filter((leaf) => leaf !== '');
  return [
    { word, plural, parent: top },
    ...members.map((leaf) => ({ word: leaf, plural: pluralOf(leaf), parent: word })),
  ];
}

function pluralOf(word: string): string {
  return word.endsWith('y') && !/[aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
