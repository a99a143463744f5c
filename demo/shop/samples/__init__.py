"""What the shop starts with: channels, products, people and orders worth trying."""
