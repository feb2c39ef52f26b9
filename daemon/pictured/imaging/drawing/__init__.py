"""Draws landscapes for the demonstration, with as much texture as photographs have.

noise        fractal noise, the stuff that everything is made of
painting     colours laid over each other
view         an eye, and what it sees of the heights before it
terrain      heights, and how the light falls on them
sky          its colours and clouds
lights       sun, moon, stars, northern lights
water        what stands on the shore, mirrored
plants       conifers and leafy trees, one by one
towns        houses, boats, a skyline at night
waterside, countryside, nights    the scenes
scenes       the table of all scenes
saving       a drawn picture as a file: its size, its compression, how it is turned
"""
