"""What a shop keeps: plain records, named as the GraphQL fields that show them. No decisions beyond sums."""
