// HTML that cannot be broken by data: what stands in a template is escaped unless it is markup itself.

export interface Markup {
  readonly markup: string;
}

export type Insertion = Markup | string | number | null | readonly Insertion[];

/** Escapes every inserted string; lists are joined, null is nothing. */
export function markup(parts: TemplateStringsArray, ...insertions: readonly Insertion[]): Markup {
  const text = parts.reduce((before, part, index) => before + rendered(insertions[index - 1] ?? null) + part);
  return { markup: text };
}

export function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function rendered(insertion: Insertion): string {
  if (insertion === null) return '';
  if (typeof insertion === 'number') return String(insertion);
  if (typeof insertion === 'string') return escapeText(insertion);
  if ('markup' in insertion) return insertion.markup;
  return insertion.map(rendered).join('');
}
