"""What a network loses without some of its units or steps, against random ones.

    model + units ─► parts of layers ─► hooks that hold their states ─► metric ─► effect, null

`ablate.py` puts these together. torch is imported when one of its functions is called.
"""
