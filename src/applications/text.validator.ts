import { buildMessage, ValidateBy } from 'class-validator';

export const DISPLAY_NAME_LIMIT = 256;
export const DESCRIPTION_LIMIT = 4096;

/** Text that PostgreSQL can keep: no NUL, no lone surrogate. */
export function isFreeText(value: unknown, limit: number): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= limit &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

/** Free text (see `isFreeText`). `null` and absence pass. */
export function IsFreeText(limit: number): PropertyDecorator {
  return ValidateBy({
    name: 'isFreeText',
    validator: {
      validate: (value: unknown) =>
        value === undefined || value === null || isFreeText(value, limit),
      defaultMessage: buildMessage(
        () =>
          `must be text of 1 to ${limit} UTF-16 code units without NUL or lone surrogates, or null`,
      ),
    },
  });
}

/** Text of a pattern. `null` and absence pass. */
export function IsTextLike(pattern: RegExp, takes: string): PropertyDecorator {
  return ValidateBy({
    name: 'isTextLike',
    validator: {
      validate: (value: unknown) =>
        value === undefined || value === null || (typeof value === 'string' && pattern.test(value)),
      defaultMessage: buildMessage(() => `must be ${takes}`),
    },
  });
}
