/** Why a table is left to the streaming reader: DuckDB might read it otherwise. Never shown. */
export class Unlike extends Error {}
