"""Wing 'proceedings': how what is known changes. Each room holds its cases; facts go to the register."""
