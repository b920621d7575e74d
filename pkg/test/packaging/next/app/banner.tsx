"use client";

import { useEffect, useState } from "react";
import { createConsent } from "consentry";
import { mountBanner } from "consentry/banner";
import { policy } from "./policy";

export function Banner() {
  // Called on the server as well, where there is no page: nothing optional is granted then.
  const [consent] = useState(() => createConsent(policy));
  useEffect(() => {
    const banner = mountBanner(consent);
    return () => banner.unmount();
  }, [consent]);
  return <button data-consent-open="">Privacy choices</button>;
}
