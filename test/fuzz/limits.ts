/** Small limits, so that going over them is cheap; those of bulk loads are the same. */
export const LIMITS = { bytes: 131_072, keys: 2_000, depth: 100 };

export const LIMITS_ENVIRONMENT = {
  HTTP_BODY_LIMIT: `${LIMITS.bytes}`,
  HTTP_BULK_BODY_LIMIT: `${LIMITS.bytes}`,
  HTTP_JSON_KEY_LIMIT: `${LIMITS.keys}`,
  HTTP_BULK_JSON_KEY_LIMIT: `${LIMITS.keys}`,
  HTTP_JSON_DEPTH_LIMIT: `${LIMITS.depth}`,
};
