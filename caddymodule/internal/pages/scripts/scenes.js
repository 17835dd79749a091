'use strict';

const page = document.getElementById('page');

// show makes one scene visible and hides the others. The scenes stand in a live
// region, so that screen readers speak the new one.
function show(name) {
  for (const scene of document.querySelectorAll('[data-scene]')) {
    scene.hidden = scene.dataset.scene !== name;
    if (!scene.hidden) {
      document.title = scene.querySelector('h1').textContent;
    }
  }
}

function shows(name) {
  return !document.querySelector('[data-scene="' + name + '"]').hidden;
}

// pressed calls act when the button of a scene is pressed.
function pressed(name, act) {
  document.querySelector('[data-scene="' + name + '"] button').addEventListener('click', act);
}

// leave goes to an address for good: "back" does not return to this page. Without an
// address, or with one that is not http or https, it stays.
function leave(address) {
  const target = document.createElement('a');
  target.href = address;
  if (address && (target.protocol === 'https:' || target.protocol === 'http:')) {
    location.replace(target.href);
  }
}
