// Sphinx's own scores, but a place comes before a page: somebody looked for its name.
var Scorer = {
  score: ([, , anchor, , score]) => (anchor ? score + 10 : score),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
