/** What a configuration is for. */
export type Level = 'tenant' | 'application' | 'appversion';

/** Where a configuration of this service instance is found. */
export type ConfigurationAddress =
  | { readonly level: 'tenant'; readonly tenantId: string }
  | { readonly level: 'application'; readonly tenantId: string; readonly appName: string }
  | {
      readonly level: 'appversion';
      readonly tenantId: string;
      readonly appName: string;
      readonly appVersionName: string;
    };

/** The one name that says what a configuration is for: names are unique in a cluster. */
export type ConfigurationName =
  | { readonly tenantId: string }
  | { readonly appName: string }
  | { readonly appVersionName: string };

/** The address of what these names stand for; the lower ones are null where there are none. */
export function addressOf(
  tenantId: string,
  appName: string | null,
  appVersionName: string | null,
): ConfigurationAddress {
  if (appName === null) return { level: 'tenant', tenantId };
  if (appVersionName === null) return { level: 'application', tenantId, appName };
  return { level: 'appversion', tenantId, appName, appVersionName };
}

/** A text that is the same for the same level and name, whichever tenant has it. */
export function keyOf(name: ConfigurationAddress | ConfigurationName): string {
  if ('appVersionName' in name) return `version ${name.appVersionName}`;
  return 'appName' in name ? `application ${name.appName}` : `tenant ${name.tenantId}`;
}

/** The address for a reader, such as `appversion smart_kettle-v1 (tenant kaa)`. */
export function describeAddress(address: ConfigurationAddress): string {
  switch (address.level) {
    case 'tenant':
      return `tenant ${address.tenantId}`;
    case 'application':
      return `application ${address.appName} (tenant ${address.tenantId})`;
    case 'appversion':
      return `appversion ${address.appVersionName} (tenant ${address.tenantId})`;
  }
}
