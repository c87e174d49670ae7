// Reading a list where the caller knows that the place is there; a wrong place is a defect and says so.

/** @throws {RangeError} when `items` has no place `index` */
export function itemAt<Item>(items: ArrayLike<Item>, index: number): Item {
  const item = items[index];
  if (item === undefined) throw new RangeError(`No item ${index} in a list of ${items.length}; this is a defect.`);
  return item;
}
