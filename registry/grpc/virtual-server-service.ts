import type { VirtualServerService } from "../../proto/gen/sluice/registry/v1/virtual_server_pb.ts";
import type { Control } from "../control.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { documentMessage } from "./policy-service.ts";
import { pageRequest, pageToken } from "./wire-page.ts";

/** sluice.registry.v1.VirtualServerService over the control plane. */
export function virtualServerService(control: Control): Implementation<typeof VirtualServerService> {
  return {
    async putVirtualServer({ definition, expectedVersion }, { actor }) {
      return { virtualServer: documentMessage(await control.putVirtualServer(actor, definition, { expectedVersion })) };
    },
    async getVirtualServer({ id }, { actor }) {
      return { virtualServer: documentMessage(await control.getVirtualServer(actor, id)) };
    },
    async listVirtualServers(request, { actor }) {
      const page = await control.listVirtualServers(actor, pageRequest(request));
      return { virtualServers: page.entries.map(documentMessage), ...pageToken(page) };
    },
    async removeVirtualServer({ id, expectedVersion }, { actor }) {
      await control.removeVirtualServer(actor, id, { expectedVersion });
      return {};
    },
  };
}
