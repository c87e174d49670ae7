// What an operator can filter campaigns by in the Temporal UI; the same list registers them on a server.

export const SearchAttribute = {
  Campaign: 'DiffractCampaign',
  Stage: 'DiffractStage',
  Round: 'DiffractRound',
  GVendi: 'DiffractGVendi',
  Tokens: 'DiffractTokens',
  Cost: 'DiffractCost',
  Outcome: 'DiffractOutcome',
} as const;

/** Search attribute name -> Temporal's value type, as `--search-attribute Name=Type` takes it. */
export const searchAttributeTypes: Readonly<Record<string, 'Keyword' | 'Int' | 'Double'>> = {
  [SearchAttribute.Campaign]: 'Keyword',
  [SearchAttribute.Stage]: 'Keyword',
  [SearchAttribute.Round]: 'Int',
  [SearchAttribute.GVendi]: 'Double',
  [SearchAttribute.Tokens]: 'Int',
  [SearchAttribute.Cost]: 'Double',
  [SearchAttribute.Outcome]: 'Keyword',
};
