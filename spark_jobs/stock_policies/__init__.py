"""How much to order, and when: formulas, rules that learn, and the replay that scores them in money."""
