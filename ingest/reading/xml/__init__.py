"""What the readers of XML share: text that a parser accepts, bounds, and typed fields.

xml_text  find the root, mend what publishers get wrong
bounds    how much of a document is read
fields    access to feedparser's dictionaries, with types
cdata     CDATA marks that were left in a text
untyped   HTML that is declared as text
"""
