// Finds names as they are typed. "/" goes to the field, Enter to the first name found.
"use strict";
(() => {
  const field = document.getElementById("search");
  const found = document.getElementById("found");
  const most = 40;

  // Better is smaller: the beginning of a name, then of its last part, then anywhere.
  const rank = (name, wanted) => {
    const lower = name.toLowerCase();
    const last = lower.slice(lower.lastIndexOf(".") + 1);
    if (lower === wanted || last === wanted) return 0;
    if (lower.startsWith(wanted)) return 1;
    if (last.startsWith(wanted)) return 2;
    return lower.includes(wanted) ? 3 : -1;
  };

  const show = () => {
    const wanted = field.value.trim().toLowerCase();
    found.replaceChildren();
    found.hidden = wanted === "";
    if (found.hidden) return;
    const hits = NAMES.map((entry) => [rank(entry[0], wanted), entry])
      .filter(([better]) => better >= 0)
      .sort((a, b) => a[0] - b[0] || a[1][0].length - b[1][0].length);
    for (const [, [name, is, target]] of hits.slice(0, most)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = target;
      link.textContent = name + " ";
      const what = document.createElement("small");
      what.textContent = is;
      link.append(what);
      item.append(link);
      found.append(item);
    }
    const rest = hits.length - most;
    if (rest > 0 || hits.length === 0) {
      const item = document.createElement("li");
      item.textContent = rest > 0 ? `and ${rest} more` : "nothing has that name";
      found.append(item);
    }
  };

  field.addEventListener("input", show);
  found.addEventListener("click", () => { field.value = ""; show(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape") {
      field.value = "";
      show();
    } else if (event.key === "Enter" && document.activeElement === field) {
      found.querySelector("a")?.click();
    }
  });
  show();
})();
