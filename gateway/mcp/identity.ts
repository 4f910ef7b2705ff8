/** How the gate names itself to clients and servers. Self-reported on both sides: nobody decides by it. */
export const gateInfo = { name: "sluice", title: "Sluice", version: "0.1.0" } as const;
