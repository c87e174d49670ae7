// The items of a language model's JSON answer, also where it is wrapped in remarks, cut short, or full of bare backslashes.

/** In the place of an object that closes but cannot be read. */
export class UnreadableItem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * The items of an array, alone or as the only array of an object, or one object; null where the text is no JSON at all. Of
 * an answer that was cut short or is wrong in places, the objects that are whole.
 * @param fields - what items have: an object that has one is an item itself, whatever else it lists
 */
export function jsonItems(text: string, fields: readonly string[]): readonly unknown[] | null {
  const body = withoutRemarks(text);
  if (body === null) return null;
  const escaped = withEscapes(body);
  const whole = parsed(escaped) ?? parsed(escaped.replace(/```[\s\S]*$/, ''));
  if (whole !== undefined) return itemsOf(whole, fields);
  const rescued = wholeObjects(escaped).map((object) => parsed(object) ?? unreadable(object));
  return rescued.length === 0 ? null : rescued.filter((item) => item !== undefined);
}

/** Text of an item's field, whatever case its key has; undefined where it has none or it is no plain value. */
export function fieldOfItem(item: unknown, names: readonly string[]): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  for (const [key, value] of Object.entries(item)) {
    if (!names.includes(key.toLowerCase())) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return undefined;
}

function itemsOf(value: unknown, fields: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (typeof value !== 'object' || value === null) return [value];
  const lists = Object.values(value).filter((one): one is unknown[] => Array.isArray(one));
  const [list, ...others] = lists;
  if (list === undefined || others.length > 0) return [value];
  const isItem = (one: unknown) => fieldOfItem(one, fields) !== undefined;
  return isItem(value) && !list.some(isItem) ? [value] : list;
}

/** From where a code fence opens with JSON, or else from the first brace or bracket that opens some. */
function withoutRemarks(text: string): string | null {
  const fence = /```\w*\s*(?=[{[])/.exec(text);
  const rest = fence === null ? text : text.slice(fence.index + fence[0].length);
  const start = rest.search(/\{\s*"|\[\s*(?:\{\s*"|\])/);
  return start < 0 ? null : rest.slice(start).trim();
}

/** Braces of a remark are none. */
function unreadable(object: string): UnreadableItem | undefined {
  return /^\{\s*"/.test(object) ? new UnreadableItem(object) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Models write LaTeX into JSON with single backslashes: `\frac` would be a form feed and `rac`. A backslash stays an escape
 * where JSON has one that is no start of a LaTeX command; every other one is doubled. Line breaks and tabs inside a text,
 * which JSON forbids, become escapes.
 */
function withEscapes(json: string): string {
  const escaped = json.replace(
    /\\(?:["\\/]|u[0-9a-fA-F]{4}|n(?!(?:eq|e|ot|otin|abla|u|geq|leq|mid)(?![a-z]))|t(?!(?:imes|ext\w*|heta|an|anh|frac|o|au|riangle|op|ilde)(?![a-z]))|r(?!(?:ho|ight\w*|angle|floor|ceil|m)(?![a-z]))|)/g,
    (escape) => (escape === '\\' ? '\\\\' : escape),
  );
  return escaped.replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replace(/[\n\r\t]/g, (control) => JSON.stringify(control).slice(1, -1)),
  );
}

/** Of JSON that does not close, each `{...}` that does and holds no other. */
function wholeObjects(json: string): readonly string[] {
  const objects: string[] = [];
  const open: { readonly start: number; holdsOther: boolean }[] = [];
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json.charAt(at);
    if (inText && character === '\\') at += 1;
    else if (character === '"') inText = !inText;
    else if (!inText && character === '{') {
      const outer = open.at(-1);
      if (outer) outer.holdsOther = true;
      open.push({ start: at, holdsOther: false });
    } else if (!inText && character === '}') {
      const closed = open.pop();
      if (closed?.holdsOther === false) objects.push(json.slice(closed.start, at + 1));
    }
  }
  return objects;
}
