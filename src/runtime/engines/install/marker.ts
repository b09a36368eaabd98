/** Written last: a folder without it is no engine. */
export const markerFile = 'engine.json';
