/** The content type of every answer that has a body. */
export const JSON_UTF8 = 'application/json; charset=utf-8';
