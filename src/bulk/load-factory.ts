import { Injectable } from '@nestjs/common';
import { DocumentRules } from '../configurations/document-rules.js';
import { Catalogue } from '../instances/catalogue.js';
import { Tenants } from '../tenancy/tenants.js';
import { Load } from './load.js';

/** Makes loads that know what there is to be held to. */
@Injectable()
export class LoadFactory {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly rules: DocumentRules,
    private readonly tenants: Tenants,
  ) {}

  /** An empty load, for a body to be read into. */
  create(): Load {
    // One set from the first configuration to the last.
    return new Load(this.catalogue.snapshot(), this.rules, (tenantId) =>
      this.tenants.isServed(tenantId),
    );
  }
}
