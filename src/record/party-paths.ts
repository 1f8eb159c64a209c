/** Where the public pages of parties and people are. */
export const partyPath = (id: string): string => `/party/${id}`;
export const personPath = (id: string): string => `/person/${id}`;
