"use strict";

/* The token that the local stack asks of a browser: it comes in the fragment, and outlives a reload. */
const given = location.hash.slice(1);
if (given) {
  sessionStorage.setItem("token", given);
  history.replaceState(null, "", location.pathname);
}

window.onload = () => {
  SwaggerUIBundle({
    url: "/_local/openapi.json",
    dom_id: "#page",
    docExpansion: "list",
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    withCredentials: true,
    requestInterceptor: (request) => {
      const token = sessionStorage.getItem("token");
      if (token) request.headers["x-huiyuan-token"] = token;
      return request;
    },
  });
};
