import { dataPlane } from "./requirements/data-plane.ts";
import { gatewayWithOpa } from "./requirements/gateway-with-opa.ts";
import { officialRegistry } from "./requirements/official-registry.ts";
import { organizationGateway } from "./requirements/organization-gateway.ts";
import { platformWithBroker } from "./requirements/platform-with-broker.ts";
import type { Requirement } from "./requirements/requirement.ts";

/** Every sentence, bullet, box and endpoint of the requirement documents, with the tests that show it, the work it waits for, or why not. */
export const requirements: readonly Requirement[] = [
  ...dataPlane,
  ...organizationGateway,
  ...gatewayWithOpa,
  ...platformWithBroker,
  ...officialRegistry,
];
