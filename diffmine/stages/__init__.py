"""The paper's six steps, in order: finetune, typicality, mine, cluster, translate, trends."""
