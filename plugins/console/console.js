// What is nicer with a script. Everything works without it.
'use strict';
for (const link of document.querySelectorAll('a[data-back]'))
	if (history.length > 1)
		link.addEventListener('click', event => {
			event.preventDefault();
			history.back();
		});
// "/" goes to the filter.
document.addEventListener('keydown', event => {
	const field = document.querySelector('[data-filter]');
	const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
	if (event.key === '/' && field && !typing && !event.ctrlKey &&
	    !event.metaKey && !event.altKey) {
		event.preventDefault();
		field.focus();
		field.select();
	}
});
// A second press of the same button does nothing more.
for (const form of document.querySelectorAll('form[method=post]'))
	form.addEventListener('submit', event => {
		if (form.dataset.sent)
			event.preventDefault();
		form.dataset.sent = 'yes';
	});
addEventListener('pageshow', () => {
	for (const form of document.querySelectorAll('form[data-sent]'))
		delete form.dataset.sent;
});
