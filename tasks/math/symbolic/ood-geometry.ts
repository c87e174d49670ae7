// Out of distribution: areas, perimeters and volumes of rectangles and boxes.

import type { Chance } from '../../chance.ts';
import { problem, sliceOf } from './problem.ts';
import type { Problem } from './problem.ts';

export const oodGeometry = sliceOf('area, perimeter, borders and volume of rectangles and boxes', [border, fence, box]);

function border(chance: Chance): Problem {
  const [outer, inner] = chance.pick([
    ['courtyard', 'pond'],
    ['lawn', 'flower bed'],
    ['wall', 'poster'],
    ['floor', 'rug'],
  ] as const);
  const [width, length] = [chance.whole(6, 40), chance.whole(6, 40)];
  const [small, long] = [chance.whole(2, width - 2), chance.whole(2, length - 2)];
  const [all, covered] = [width * length, small * long];
  return problem(
    `A rectangular ${outer} measures ${width} m by ${length} m. A rectangular ${inner} of ${small} m by ${long} m lies inside it. ` +
      `How many square metres of the ${outer} stay uncovered?`,
    [
      `The ${outer} has an area of ${width} * ${length} = ${all} square metres.`,
      `The ${inner} has an area of ${small} * ${long} = ${covered} square metres.`,
      `Uncovered are ${all} - ${covered} = ${all - covered} square metres.`,
    ],
    all - covered,
  );
}

function fence(chance: Chance): Problem {
  const width = chance.whole(3, 60);
  const length = width + chance.whole(1, 60);
  const gate = chance.whole(1, 3);
  const perimeter = 2 * (width + length);
  return problem(
    `A rectangular field has an area of ${width * length} square metres and is ${width} m wide. A fence runs all round it, but for a ` +
      `gate of ${gate} m. How many metres of fence are there?`,
    [
      `The field is ${width * length} / ${width} = ${length} m long.`,
      `Width and length make ${width} + ${length} = ${width + length} m.`,
      `All round that is 2 * ${width + length} = ${perimeter} m.`,
      `Without the gate there are ${perimeter} - ${gate} = ${perimeter - gate} m of fence.`,
    ],
    perimeter - gate,
  );
}

function box(chance: Chance): Problem {
  const edge = chance.whole(2, 6);
  const [across, along, up] = [chance.whole(2, 9), chance.whole(2, 9), chance.whole(2, 9)];
  const sides = [across * edge, along * edge, up * edge] as const;
  const layer = across * along;
  const filled = layer * up;
  const taken = chance.whole(1, filled - 1);
  return problem(
    `A crate is ${sides[0]} cm wide, ${sides[1]} cm long and ${sides[2]} cm high inside. It is filled exactly with cubes whose edges are ` +
      `${edge} cm. Then ${taken} of the cubes are taken out. How many cubes stay in the crate?`,
    [
      `Across fit ${sides[0]} / ${edge} = ${across} cubes.`,
      `Along fit ${sides[1]} / ${edge} = ${along} cubes.`,
      `One layer holds ${across} * ${along} = ${layer} cubes.`,
      `There are ${sides[2]} / ${edge} = ${up} layers.`,
      `The full crate holds ${layer} * ${up} = ${filled} cubes.`,
      `There stay ${filled} - ${taken} = ${filled - taken} cubes.`,
    ],
    filled - taken,
  );
}
