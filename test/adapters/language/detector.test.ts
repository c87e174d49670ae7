import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openLanguageDetector } from '../../../adapters/language/detector.ts';
import { languageRefusal } from '../../../core/filters/language.ts';

const MATH = '../shared/data/math';

const BAKERY = {
  de: 'Ein Bäcker verkauft am Montag 120 Brote und am Dienstag 45 Brote. Wie viele Brote verkauft er insgesamt?',
  fr: 'Un boulanger vend 120 pains le lundi et 45 pains le mardi. Combien de pains vend-il en tout ?',
  es: 'Un panadero vende 120 panes el lunes y 45 panes el martes. ¿Cuántos panes vende en total?',
  it: 'Un fornaio vende 120 pani il lunedì e 45 pani il martedì. Quanti pani vende in tutto?',
  pt: 'Um padeiro vende 120 pães na segunda-feira e 45 pães na terça-feira. Quantos pães ele vende no total?',
  nl: 'Een bakker verkoopt op maandag 120 broden en op dinsdag 45 broden. Hoeveel broden verkoopt hij in totaal?',
  sv: 'En bagare säljer 120 bröd på måndagen och 45 bröd på tisdagen. Hur många bröd säljer han totalt?',
  ru: 'Пекарь продал 120 хлебов в понедельник и 45 хлебов во вторник. Сколько хлебов он продал всего?',
  zh: '面包师星期一卖了120个面包，星期二卖了45个面包。他一共卖了多少个面包？',
  ja: 'パン屋は月曜日に120個のパンを売り、火曜日に45個のパンを売りました。全部で何個売りましたか。',
};

describe('language identifier', () => {
  for (const [language, text] of Object.entries(BAKERY)) {
    it(`tells ${language} from English`, async () => {
      const detector = await openLanguageDetector();
      assert.equal(languageRefusal(detector, 'en', text)?.detail, `${language}, expected en`);
      assert.equal(languageRefusal(detector, language, text), null);
    });
  }

  it('keeps what tells no language', async () => {
    const detector = await openLanguageDetector();
    const texts = [
      '',
      '$x^2 + 1$',
      'Compute $\\sin 60^\\circ$.',
      'Find x.',
      '1 + 2 = ?',
      '∀ε>0 ∃δ>0: |x−a|<δ ⇒ |f(x)−f(a)|<ε',
    ];
    for (const text of texts) assert.equal(languageRefusal(detector, 'en', text), null, text);
  });

  const skip = existsSync(MATH) ? false : `missing ${MATH}`;
  it(
    'takes no problem of GSM8K and MATH for another language, and one solution in a thousand at most',
    { skip },
    async () => {
      const detector = await openLanguageDetector();
      const refused = (file: string, part: string) => {
        const lines = readFileSync(`${MATH}/${file}`, 'utf8').split('\n').filter(Boolean);
        const texts = lines.map((line) => (JSON.parse(line) as Record<string, string>)[part] ?? '');
        return texts.filter((text) => languageRefusal(detector, 'en', text) !== null).length / texts.length;
      };
      assert.equal(refused('gsm8k-train.jsonl', 'question'), 0);
      assert.equal(refused('math-train-answers.jsonl', 'problem'), 0);
      assert.ok(refused('gsm8k-train.jsonl', 'answer') <= 0.001);
      assert.ok(refused('math-test.jsonl', 'solution') <= 0.001);
    },
  );
});
