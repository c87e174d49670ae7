// The items of a language model's JSON answer, also where it is wrapped in remarks, cut short, or full of bare backslashes.

/**
 * The objects of an array, alone or as the only array of an object, or one object; null where the text is no JSON at all. Of
 * an answer that was cut short, the objects that are whole.
 */
export function jsonItems(text: string): readonly unknown[] | null {
  const body = withoutRemarks(text);
  if (body === null) return null;
  const escaped = withEscapes(body);
  const whole = parsed(escaped);
  if (whole !== undefined) return itemsOf(whole);
  const rescued = wholeObjects(escaped).map(parsed);
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

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (typeof value !== 'object' || value === null) return [value];
  const lists = Object.values(value).filter((one): one is unknown[] => Array.isArray(one));
  return lists.length === 1 ? (lists[0] ?? []) : [value];
}

/** From the first brace or bracket that opens JSON, when nothing but a remark or a code fence stands before it. */
function withoutRemarks(text: string): string | null {
  const fenced = /```(?:json)?\s*\n?([\s\S]*?)(?:```|$)/.exec(text)?.[1] ?? text;
  const start = fenced.search(/\{\s*"|\[\s*(?:\{\s*"|\])/);
  if (start < 0) return null;
  return fenced.slice(start).trim();
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
 * where JSON has one that is no start of a LaTeX command; every other one is doubled.
 */
function withEscapes(json: string): string {
  return json.replace(
    /\\(?:["\\/]|u[0-9a-fA-F]{4}|n(?!(?:eq|e|ot|otin|abla|u|geq|leq|mid)(?![a-z]))|t(?!(?:imes|ext\w*|heta|an|anh|frac|o|au|riangle|op|ilde)(?![a-z]))|r(?!(?:ho|ight\w*|angle|floor|ceil|m)(?![a-z]))|)/g,
    (escape) => (escape === '\\' ? '\\\\' : escape),
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
