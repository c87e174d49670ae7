// What `diffract ratings` needs of the outside world.

import type { SheetFiles, SheetPlaces } from '../adapters/rating/rating-sheets.ts';

export interface RatingServices {
  /** Rejects when something lies where sheets or their key are to be written. */
  requireNewSheets(places: SheetPlaces): Promise<void>;
  writeSheets(places: SheetPlaces, sheets: readonly SheetFiles[], key: object): Promise<void>;
}

export const ratingServices: RatingServices = {
  async requireNewSheets(places) {
    const { requireNewSheets } = await import('../adapters/rating/rating-sheets.ts');
    return requireNewSheets(places);
  },
  async writeSheets(places, sheets, key) {
    const { writeSheets } = await import('../adapters/rating/rating-sheets.ts');
    return writeSheets(places, sheets, key);
  },
};
