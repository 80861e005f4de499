// A picture wider than the screen begins with the child in the middle; without this script one scrolls there.
for (const frame of document.querySelectorAll(".picture-frame")) {
  const child = frame.querySelector(".kinsman-focus, .middle");
  if (child) {
    const inside = child.getBoundingClientRect();
    const outside = frame.getBoundingClientRect();
    frame.scrollLeft += inside.left + inside.width / 2 - outside.left - outside.width / 2;
  }
}
