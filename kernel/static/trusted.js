// The one policy of Trusted Types: HTML comes from our own server by way of htmx; no text becomes
// a script or the address of one.
"use strict";

if (window.trustedTypes) {
  window.trustedTypes.createPolicy("default", { createHTML: (text) => text });
}
