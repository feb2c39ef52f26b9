"""Shows groups of copies, and what rules made, on a page to be looked at. Values go in, text comes out.

cards        a group of copies, or a rule's result, to the facts that the page shows of it
outlines     how one copy lies on another
splitting    cards to pages of a bearable size
encoding     values to text that cannot break out of a page
document     the pages themselves, from page.html, page.css and page.js beside this; review.js where one is served
"""
