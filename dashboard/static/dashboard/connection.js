// Says so when the parts of a page that refresh themselves cannot be refreshed.
document.addEventListener("DOMContentLoaded", () => {
  const notice = document.getElementById("offline");
  for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(event, () => { notice.hidden = false; });
  }
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) notice.hidden = true;
  });
});
